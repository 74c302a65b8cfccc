"""`python -m benchmarks.scale`."""

from benchmarks.scale.measuring import main

main()
