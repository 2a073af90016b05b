//! A scripted model server on loopback, for the demo, the tests and the benchmarks.
