"""rforge: reads R packages and says how healthy they are; standard library only, Python 3.9 or newer."""
