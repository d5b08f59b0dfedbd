// The extension module playhead._playhead.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings/inbox.h"
#include "bindings/maintenance.h"
#include "bindings/modules.h"
#include "bindings/parked.h"
#include "bindings/recommender.h"
#include "bindings/session.h"
#include "bindings/store_object.h"
#include "bindings/values.h"
#include "bindings/view.h"
#include "playhead/lock_wait.h"
#include "playhead/version.h"

// What pybind11 makes waits for ever in a subinterpreter of Python 3.11 (it asks for the GIL that it has), so that
// the function that Python calls is the one at the end of this file.
#define PyInit__playhead init_in_main_interpreter

PYBIND11_MODULE(_playhead, m, pybind11::mod_gil_used()) {
  using namespace playhead::python;
  m.doc() = "The C++ part of playhead. Use the names of the package `playhead`.";
  m.attr("__version__") = std::string(playhead::version);
  playhead::set_before_lock_wait(KeepGil::give_up);
  define_errors(m);
  ViewTypes types;
  types.strings = add_strings(m);
  types.keys = add_keys(m);
  types.hashes = add_hashes(m);
  types.lists = add_lists(m);
  types.sets = add_sets(m);
  types.zsets = add_zsets(m);
  types.hyperloglogs = add_hyperloglogs(m);
  types.channels = add_channels(m);
  types.scripts = add_scripts(m);
  define_store(m, types);
  define_parked(m);
  define_inbox(m);
  define_session(m);
  define_maintenance(m);
  define_values(m);
  define_modules(m);
  define_recommender(m);
  define_deep_fm(m);
}

#undef PyInit__playhead

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): Python's name for it
extern "C" PYBIND11_EXPORT PyObject* PyInit__playhead() {
  if (PyInterpreterState_Get() == PyInterpreterState_Main()) return init_in_main_interpreter();
  PyErr_SetString(PyExc_ImportError,
                  "playhead cannot be used in a subinterpreter; import it in the main one "
                  "(mod_wsgi: WSGIApplicationGroup %{GLOBAL})");
  return nullptr;
}
