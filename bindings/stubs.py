"""Writes the types of all commands from the extension's command table, and those of the modules for asyncio.

With --check it only tells whether the files are what they should be.
"""

from __future__ import annotations

import ast
import copy
import keyword
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playhead import _playhead

PACKAGE = Path(__file__).resolve().parents[1] / "python/playhead"

WRITTEN = "# Written by bindings/stubs.py; `./dev stubs` writes it again.\n"

HEADER = """\
from _typeshed import SupportsItems
from collections.abc import Iterable
from typing import Any, Generic, Literal, final, overload

from playhead._types import Data, R
"""

TYPES = {
    "text": "Data",
    "int": "int",
    "cursor": "int",
    "float": "float",
    "score": "float | str | bytes",
    "lex": "str | bytes",
    "timeout": "float | None",
    "position": "int",
    "flag": "bool",
    "limit": "tuple[int, int]",
}

# Replies that depend on options: what is given, and the reply then. The first line that fits counts.
COUNTED = ({"count": "None = None"}, {"count": "int"})
SCORED = [
    ({"withscores": "Literal[False] = False"}, "list[R]"),
    ({"withscores": "Literal[True]"}, "list[tuple[R, float]]"),
]
ANY: dict[str, str] = {}
REPLIES: dict[str, list[tuple[dict[str, str], str]]] = {
    "set": [
        ({"get": "Literal[False] = False"}, "Literal[True] | None"),
        ({"get": "Literal[True]"}, "R | None"),
    ],
    "lcs": [
        ({"len": "Literal[False] = False", "idx": "Literal[False] = False"}, "R"),
        ({"len": "Literal[True]", "idx": "Literal[False] = False"}, "int"),
        ({"idx": "Literal[True]"}, "dict[R, Any]"),
    ],
    "sort": [({"store": "None = None"}, "list[R | None]"), ({"store": "Data"}, "int")],
    "time": [(ANY, "list[R]")],
    "sort_ro": [(ANY, "list[R | None]")],
    "hrandfield": [
        (COUNTED[0], "R | None"),
        (COUNTED[1] | {"withvalues": "Literal[False] = False"}, "list[R]"),
        (COUNTED[1] | {"withvalues": "Literal[True]"}, "list[tuple[R, R]]"),
    ],
    "lpos": [(COUNTED[0], "int | None"), (COUNTED[1], "list[int]")],
    "lpop": [(COUNTED[0], "R | None"), (COUNTED[1], "list[R] | None")],
    "rpop": [(COUNTED[0], "R | None"), (COUNTED[1], "list[R] | None")],
    "lmpop": [(ANY, "list[R | list[R]] | None")],
    "blmpop": [(ANY, "list[R | list[R]] | None")],
    "blpop": [(ANY, "list[R] | None")],
    "brpop": [(ANY, "list[R] | None")],
    "spop": [(COUNTED[0], "R | None"), (COUNTED[1], "set[R]")],
    "srandmember": [(COUNTED[0], "R | None"), (COUNTED[1], "list[R]")],
    "zadd": [({"incr": "Literal[False] = False"}, "int"), ({"incr": "Literal[True]"}, "float | None")],
    "zpopmin": [(COUNTED[0], "list[R | float]"), (COUNTED[1], "list[tuple[R, float]]")],
    "zpopmax": [(COUNTED[0], "list[R | float]"), (COUNTED[1], "list[tuple[R, float]]")],
    "zmpop": [(ANY, "list[R | list[list[R | float]]] | None")],
    "bzmpop": [(ANY, "list[R | list[list[R | float]]] | None")],
    "bzpopmin": [(ANY, "list[R | float] | None")],
    "bzpopmax": [(ANY, "list[R | float] | None")],
    "zrandmember": [
        (COUNTED[0], "R | None"),
        (COUNTED[1] | {"withscores": "Literal[False] = False"}, "list[R]"),
        (COUNTED[1] | {"withscores": "Literal[True]"}, "list[tuple[R, float]]"),
    ],
    "zrange": SCORED,
    "zrevrange": SCORED,
    "zrangebyscore": SCORED,
    "zrevrangebyscore": SCORED,
    "zunion": SCORED,
    "zinter": SCORED,
    "zdiff": SCORED,
    "pubsub|numsub": [(ANY, "list[R | int]")],
    "script|exists": [(ANY, "list[int]")],
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a Python method as a stub writes it."""

    name: str
    annotation: str  #: with its default
    kind: str = "normal"  #: normal, positional (only), rest (*args) or keyword (only)


def python_type(name: str) -> str:
    """Translate a type of the table."""
    if name.startswith("list "):
        item = python_type(name.removeprefix("list "))
        return f"Data | Iterable[{item}]" if item == "Data" else f"Iterable[{item}]"
    if name.startswith("words "):
        words = name.removeprefix("words ").split("|")
        return "Literal[" + ", ".join(f'"{w}"' for w in [*words, *map(str.lower, words)]) + "]"
    return TYPES[name]


def _single(row: dict[str, Any]) -> Parameter:
    annotation = python_type(row["type"])
    if row["kind"] == "keys":
        annotation = "Data | Iterable[Data]"
        return Parameter(row["name"], annotation if row["required"] else f"{annotation} = ...")
    if row["type"] == "flag":
        annotation += " = False"
    elif not row["required"]:
        annotation += " = None" if annotation.endswith("None") else " | None = None"
    return Parameter(row["name"], annotation, "keyword" if row["kind"] == "option" else "normal")


def _fixed(parameters: list[Parameter]) -> list[Parameter]:
    """What stands before positional-only parameters is positional-only itself."""
    return [replace(p, kind="positional") for p in parameters]


def _list_forms(
    row: dict[str, Any], before: list[Parameter], behind: list[Parameter]
) -> list[list[Parameter]]:
    one, many = row["name"], row["name"] + "s"
    both, default = "Data | Iterable[Data]", "" if row["required"] else " = ..."
    first = [*_fixed(before), Parameter(one, both + default, "positional")]
    rest = Parameter("more", "Data", "rest")
    by_name = [*before, Parameter(many, both + default, "keyword")]
    if not behind:
        return [[*first, rest], by_name]
    named = [replace(p, kind="keyword") for p in behind]
    return [[*first, *_fixed(behind)], [*first, rest, *named], [*by_name, *named]]


def _group_forms(row: dict[str, Any], before: list[Parameter]) -> list[list[Parameter]]:
    key, value = (python_type(t) for t in row["type"].split())
    mapping = f"SupportsItems[{key}, {value}]"
    rest = Parameter("more", key if key == value else f"{key} | {value}", "rest")
    parts = [("field", key), ("value", value)] if key == value else [("score", value), ("member", key)]
    return [
        [*_fixed(before), Parameter("mapping", mapping, "positional"), rest],
        [*_fixed(before), *(Parameter(n, t, "positional") for n, t in parts), rest],
        [*before, Parameter("mapping", mapping, "keyword")],
    ]


def forms(rows: list[dict[str, Any]]) -> list[list[Parameter]]:
    """Give the ways in which a method may be called."""
    options = [_single(row) for row in rows if row["kind"] == "option"]
    rows = [row for row in rows if row["kind"] != "option"]
    before: list[Parameter] = []
    for i, row in enumerate(rows):
        if row["kind"] == "list":
            behind = [_single(later) for later in rows[i + 1 :]]
            return [[*form, *options] for form in _list_forms(row, before, behind)]
        if row["kind"] == "groups":
            return [[*form, *options] for form in _group_forms(row, before)]
        if row["kind"] == "steps":
            return [[*_fixed(before), Parameter("steps", "Data", "rest"), *options]]
        if "|" in row["name"]:  # a choice that has no name of its own
            words = python_type("words " + row["name"].upper())
            return [
                [*before, *options],
                [*_fixed(before), Parameter("unit", f"{words} | None = None", "positional"), *options],
            ]
        before.append(_single(row))
    return [[*before, *options]]


def narrowed(form: list[Parameter], given: dict[str, str]) -> list[Parameter]:
    """Narrow the types of some parameters; one without a default must not follow one with it."""
    out = [replace(p, annotation=given.get(p.name, p.annotation)) for p in form]
    needed = [i for i, p in enumerate(out) if p.kind == "normal" and "=" not in p.annotation]
    for i in range(max(needed, default=0)):
        if out[i].kind == "normal":
            out[i] = replace(out[i], annotation=out[i].annotation.split(" = ")[0])
    return out


def signature(form: list[Parameter]) -> str:
    """Write the parameters of one form."""
    out, state = ["self"], "normal"
    for p in form:
        if state == "positional" and p.kind != "positional":
            out.append("/")
        if p.kind == "keyword" and state not in ("rest", "keyword"):
            out.append("*")
        out.append(f"*{p.name}: {p.annotation}" if p.kind == "rest" else f"{p.name}: {p.annotation}")
        state = p.kind
    if state == "positional":
        out.append("/")
    return "(" + ", ".join(out) + ")"


def replies(row: dict[str, Any]) -> list[tuple[dict[str, str], str]]:
    """Give the replies of a command: one, or by option; then what is known if the options are not."""
    if row["reply"]:
        return [(ANY, row["reply"])]
    if row["name"] not in REPLIES:
        raise SystemExit(
            f"{row['name']} has a reply that depends on its options; say it in REPLIES of {__file__}"
        )
    given = REPLIES[row["name"]]
    if len(given) == 1:
        return given
    parts = dict.fromkeys(part for _, reply in given for part in reply.split(" | ") if "[R |" not in reply)
    parts |= dict.fromkeys(reply for _, reply in given if "[R |" in reply)
    union = [*(p for p in parts if p != "None"), *(p for p in parts if p == "None")]
    return [*given, (ANY, " | ".join(union))]


def methods(rows: list[dict[str, Any]], kind: str, *, asynchronous: bool) -> Iterator[str]:
    """Write the methods of one class."""
    for row in rows:
        silent = kind == "Queued" or (kind == "Transaction" and row["write"])
        overloads = [
            (signature(narrowed(form, given)), reply)
            for given, reply in ([(ANY, "None")] if silent else replies(row))
            for form in forms(row["parameters"])
        ]
        define = "async def" if asynchronous else "def"
        for i, (parameters, reply) in enumerate(overloads):
            if len(overloads) > 1:
                yield "    @overload"
            doc = f'\n        """{row["summary"]}"""' if i == 0 else " ..."
            yield f"    {define} {row['method']}{parameters} -> {reply}:{doc}"


def families(doc: str, kinds: tuple[str, ...], *, asynchronous: bool) -> str:
    """Write the classes of all families."""
    table = _playhead.commands()
    names = [p["name"] for row in table for p in row["parameters"]]
    assert not [name for name in names if keyword.iskeyword(name)]
    out = [f'{WRITTEN}"""{doc}"""\n', HEADER]
    if not asynchronous:
        out.append("FAMILIES: tuple[str, ...]\n")
    for family in dict.fromkeys(row["family"] for row in table):
        rows = [row for row in table if row["family"] == family]
        for kind in kinds:
            base = "" if kind == "Queued" else "(Generic[R])"
            if not asynchronous:
                out.append("@final")
            out.append(f"class {kind}{family}{base}:")
            out += methods(rows, kind, asynchronous=asynchronous)
            out.append("")
    return "\n".join(out)


#: Modules whose classes for asyncio are written by hand.
OWN_CLASSES = {
    "Chat": "_listening",
    "PubSub": "_listening",
    "Table": "_callbacks",
    "VideoDatabase": "_callbacks",
}


def names_of(path: Path) -> set[str]:
    """Give the names in a source's __all__."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    raise SystemExit(f"{path} has no __all__")


def table_of(found: ast.ClassDef, name: str) -> set[str]:
    """Give the names in a table of a module's class."""
    for node in found.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name and node.value:
            return {str(part.value) for part in ast.walk(node.value) if isinstance(part, ast.Constant)}
    return set()


def members(found: ast.ClassDef, known: dict[str, ast.ClassDef]) -> dict[str, ast.FunctionDef]:
    """Give the methods of a class and of the classes that it stems from, as far as they are known."""
    names = [ast.unparse(base).partition("[")[0] for base in found.bases]
    inherited = [members(known[name], known) for name in reversed(names) if name in known]
    own = {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}
    for node in found.body:  # other names of methods
        if isinstance(node, ast.Assign) and ast.unparse(node.value) in own:
            other = copy.copy(own[ast.unparse(node.value)])
            other.name = ast.unparse(node.targets[0])
            own[other.name] = other
    return {name: node for some in [*inherited, own] for name, node in some.items()}


def asked(arguments: ast.arguments, names: set[str]) -> ast.arguments:
    """Let functions that are called be coroutine functions. Functions that are defaults are not named."""
    out = copy.deepcopy(arguments)
    for defaults in (out.defaults, out.kw_defaults):
        for i, default in enumerate(defaults):
            if isinstance(default, ast.Name) and default.id.islower():
                defaults[i] = ast.Constant(...)
    for argument in [*out.args, *out.kwonlyargs]:
        if argument.arg not in names or argument.annotation is None:
            continue
        for part in ast.walk(argument.annotation):
            if isinstance(part, ast.Tuple) and isinstance(part.elts[0], ast.List):
                result = ast.unparse(part.elts[1])
                if result not in ("object", "Any"):
                    text = f"{result} | Awaitable[{result}]"
                    if result.endswith(" | None"):
                        text = f"{result.removesuffix(' | None')} | Awaitable[{result}] | None"
                    part.elts[1] = ast.parse(text, mode="eval").body
    return out


BLOCK = """    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ..."""


def module_class(found: ast.ClassDef, known: dict[str, ast.ClassDef]) -> Iterator[str]:
    """Write a module's class with its methods as coroutines."""
    yield f"class {found.name}:"
    here, names = table_of(found, "_here"), table_of(found, "_asks")
    for node in members(found, known).values():
        if node.name in here:
            continue
        given = asked(node.args, names)
        if node.name == "__init__":
            arguments = ast.unparse(given).replace("self, ", "cls, ", 1)
            arguments = re.sub(r"\bStore\b", "Store[Any]", arguments)
            yield "    @classmethod"
            yield f"    async def open({arguments.replace('self', 'cls')}) -> Self: ..."
        elif node.name == "__enter__":
            yield BLOCK
        elif not node.name.startswith("_"):
            assert node.returns is not None
            coroutine = not node.decorator_list
            yield from (f"    @{ast.unparse(d)}" for d in node.decorator_list)
            define = "async def" if coroutine else "def"
            doc = ast.get_docstring(node, clean=False)
            head = f"    {define} {node.name}({ast.unparse(given)}) -> {ast.unparse(node.returns)}:"
            yield f'{head}\n        """{doc}"""'
    yield ""


def modules() -> str:
    """Write the modules for asyncio, from the sources of the modules."""
    wanted = names_of(PACKAGE / "aio/modules.py") - OWN_CLASSES.keys()
    imports, classes = [], []
    known = {
        node.name: node
        for path in sorted((PACKAGE / "modules").glob("*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    }
    names: dict[str, list[str]] = {}  # by the file that they are from
    for path in sorted((PACKAGE / "modules").glob("[a-z]*.py")):
        tree = ast.parse(path.read_text())
        here = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        classes += [line for node in here if node.name in wanted for line in module_class(node, known)]
        names[path.stem] = [node.name for node in here]
        names[path.stem] += [
            ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)
        ]
        names[path.stem] += [
            ast.unparse(node.target) for node in tree.body if isinstance(node, ast.AnnAssign)
        ]
    code = "\n".join(re.sub(r'""".*?"""', "", line, flags=re.S) for line in classes)
    words = set(re.findall(r"\w+", code)) - wanted - OWN_CLASSES.keys()
    for file, there in names.items():
        used = sorted(name for name in words & set(there) if name[0].isupper())
        imports += [f"from playhead.modules.{file} import {', '.join(used)}"] * bool(used)
    return "\n".join(
        [
            f'{WRITTEN}"""The modules for asyncio."""\n',
            "from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence",
            "from typing import Any, Literal, Self\n",
            "from playhead._playhead import Clock, Recommendation",
            "from playhead._types import Id",
            *(f"from playhead.aio.{file} import {name} as {name}" for name, file in OWN_CLASSES.items()),
            "from playhead.aio._store import Store",
            "from playhead.modules._values import JSON, Serializer",
            *imports,
            "",
            *classes,
        ]
    )


def files() -> dict[Path, str]:
    """Give all files with their texts."""
    sync = families(
        "The families of commands: on a store, in a batch, in a transaction.",
        ("", "Queued", "Transaction"),
        asynchronous=False,
    )
    coroutines = families("The families of commands as coroutines.", ("", "Transaction"), asynchronous=True)
    return {
        PACKAGE / "_families.pyi": sync,
        PACKAGE / "aio/_families.pyi": coroutines,
        PACKAGE / "aio/modules.pyi": modules(),
    }


def main() -> None:
    """Write the files, or compare them."""
    for path, text in files().items():
        if "--check" not in sys.argv:
            path.write_text(text)
        elif path.read_text() != text:
            raise SystemExit(f"{path} is not what bindings/stubs.py yields; run `./dev stubs`")


if __name__ == "__main__":
    main()
