"""One file per generator: `ID`, `measure(net, card, context)` -> {"thresholds", "rows"} and `sheet(net, card, context, path)`;
where figures other than those in dB are to agree with the product's, `AGREEMENT`: {metric: how far they may be apart}."""
