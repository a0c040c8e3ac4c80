// The version of this build; CMake hands it over from project().
#pragma once

#ifndef HOLDFAST_VERSION
#error "HOLDFAST_VERSION comes from CMakeLists.txt"
#endif
