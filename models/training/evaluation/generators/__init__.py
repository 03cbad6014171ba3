"""One file per generator: `ID`, `measure(net, card, context)` -> {"thresholds", "rows"} and `sheet(net, card, context, path)`;
if figures other than those in dB must agree with the product's, `AGREEMENT`: {metric: allowed difference}."""
