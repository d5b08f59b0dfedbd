# Installs the libraries, the public headers and the package configuration, so that find_package(playhead) works.
# Every library has its own export set: a consumer that asks for COMPONENTS engine needs neither RocksDB nor hiredis.

include(CMakePackageConfigHelpers)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/playhead)
get_property(PLAYHEAD_COMPONENTS GLOBAL PROPERTY PLAYHEAD_COMPONENTS)
set(PLAYHEAD_COMPONENT_TABLE "")

foreach(component IN LISTS PLAYHEAD_COMPONENTS)
  get_property(target GLOBAL PROPERTY PLAYHEAD_${component}_TARGET)
  foreach(field NEEDS PACKAGES PKG_CONFIG)
    get_property(value GLOBAL PROPERTY PLAYHEAD_${component}_${field})
    string(APPEND PLAYHEAD_COMPONENT_TABLE "set(playhead_${component}_${field} ${value})\n")
  endforeach()

  install(TARGETS ${target} EXPORT playhead-${component} COMPONENT development)
  install(EXPORT playhead-${component} NAMESPACE playhead:: DESTINATION ${package_directory} COMPONENT development)
endforeach()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/engine/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/playheadConfig.cmake.in ${PROJECT_BINARY_DIR}/playheadConfig.cmake
  INSTALL_DESTINATION ${package_directory} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/playheadConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/playheadConfig.cmake ${PROJECT_BINARY_DIR}/playheadConfigVersion.cmake
  DESTINATION ${package_directory} COMPONENT development)
