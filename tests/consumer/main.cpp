#include <playhead/version.h>
#include <iostream>

int main() {
  std::cout << "playhead " << playhead::version << '\n';
  return playhead::version.empty() ? 1 : 0;
}
