// The stores of the contract tests, for this executable too.
#include "tests/contract/stores.cpp"  // NOLINT(bugprone-suspicious-include)
