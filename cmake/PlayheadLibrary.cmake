# playhead_library(<component>
#   DIRECTORIES <dir>...     all .cpp files below these are compiled; a directory with headers only gives an interface library,
#                            an empty one gives no library
#   LINK <target>...         libraries it links; a playhead:: one that was not built is left out
#   HEADER_ONLY <target>...  needed to compile it, but not to link an installed copy
#   PACKAGES <name>...       what find_package(playhead) must find first when this component is wanted
#   PKG_CONFIG <module>...   the same, for pkg-config modules
# )
# Makes the target playhead_<component> (playhead itself for the component `playhead`) with the alias playhead::<component>,
# and records what the package configuration needs in global properties.
function(playhead_library component)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DIRECTORIES;LINK;HEADER_ONLY;PACKAGES;PKG_CONFIG")

  set(target playhead_${component})
  if(component STREQUAL "playhead")
    set(target playhead)
  endif()

  list(TRANSFORM arg_DIRECTORIES PREPEND "${PROJECT_SOURCE_DIR}/")
  list(TRANSFORM arg_DIRECTORIES APPEND "/*.cpp" OUTPUT_VARIABLE source_patterns)
  list(TRANSFORM arg_DIRECTORIES APPEND "/*.h" OUTPUT_VARIABLE header_patterns)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${source_patterns})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${header_patterns})

  set(links "")
  set(needs "")
  foreach(link IN LISTS arg_LINK)
    if(NOT link MATCHES "^playhead::")
      list(APPEND links ${link})
    elseif(TARGET ${link})
      list(APPEND links ${link})
      string(REPLACE "playhead::" "" need ${link})
      list(APPEND needs ${need})
    endif()
  endforeach()
  list(TRANSFORM arg_HEADER_ONLY REPLACE "(.+)" "$<BUILD_INTERFACE:\\1>")

  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE ${links} ${arg_HEADER_ONLY} $<BUILD_INTERFACE:playhead_flags>)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
    # Hidden symbols everywhere: the extension module then exports only its entry point.
    set_target_properties(${target} PROPERTIES
      POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  elseif(headers)
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
    target_link_libraries(${target} INTERFACE ${links} ${arg_HEADER_ONLY})
  else()
    message(STATUS "playhead::${component} has no sources; left out")
    return()
  endif()

  add_library(playhead::${component} ALIAS ${target})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/engine/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${component})

  set_property(GLOBAL APPEND PROPERTY PLAYHEAD_COMPONENTS ${component})
  set_property(GLOBAL PROPERTY PLAYHEAD_${component}_TARGET ${target})
  set_property(GLOBAL PROPERTY PLAYHEAD_${component}_NEEDS ${needs})
  set_property(GLOBAL PROPERTY PLAYHEAD_${component}_PACKAGES ${arg_PACKAGES})
  set_property(GLOBAL PROPERTY PLAYHEAD_${component}_PKG_CONFIG ${arg_PKG_CONFIG})
endfunction()
