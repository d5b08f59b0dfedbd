# The extension module playhead._playhead, installed as the component `python` (all that goes into the wheel).

find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)
set(PYBIND11_FINDPYTHON ON)
find_package(pybind11 3.1 CONFIG REQUIRED)

file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bindings/*.cpp)
if(NOT sources)
  message(STATUS "bindings/ has no sources; playhead._playhead is left out")
  return()
endif()

# NO_EXTRAS: pybind11 would add link-time optimisation, which the libraries below are not built for.
pybind11_add_module(_playhead MODULE NO_EXTRAS ${sources})
target_include_directories(_playhead PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(_playhead PRIVATE playhead_flags nlohmann_json::nlohmann_json)
foreach(component IN ITEMS engine playhead)
  if(TARGET playhead::${component})
    target_link_libraries(_playhead PRIVATE playhead::${component})
  endif()
endforeach()
target_link_options(_playhead PRIVATE -Wl,--exclude-libs,ALL)
# Each translation unit carries pybind11's own functions, some ten seconds of the compiler's time: a wheel takes several
# sources as one unit. Others keep a unit per source, so that a change compiles little.
if(SKBUILD)
  set_target_properties(_playhead PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
endif()
set_target_properties(_playhead PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

install(TARGETS _playhead DESTINATION playhead COMPONENT python)
