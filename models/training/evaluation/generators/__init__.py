"""One file per generator: `ID`, `measure(net, card, context)` -> {"thresholds", "rows"} and `sheet(net, card, context, path)`."""
