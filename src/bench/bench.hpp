// Start here. A run of `holdfast bench`: the references and the product take turns in one run on
// one machine, so that their ratio means something. docs/benchmarks.md explains the figures.
#pragma once

#include "bench/options.hpp"
#include "error.hpp"

namespace holdfast::bench {

// Runs what the options ask for and prints it; on the way, progress goes to stderr. True when
// every reply was right, and every child ended as it should. An error when the bench could not
// be run to its end. Data and children are gone in any case, unless the folder is to be kept.
Outcome<bool> run_bench(const BenchOptions& options);

}  // namespace holdfast::bench
