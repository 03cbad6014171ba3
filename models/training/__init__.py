"""Training kit of Emulsion's generators. Start at README.md."""
