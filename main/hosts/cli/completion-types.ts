/** What a word on the command line may be. */
export type Candidates =
  | { kind: 'choice'; words: readonly string[] }
  | { kind: 'recipe' | 'recipe or file' | 'setting' | 'file' | 'folder' | 'anything' };

export interface CompletedOption {
  /** With its hyphens, as `-o`. */
  short: string | undefined;
  long: string;
  description: string;
  /** null: it takes no value. */
  value: Candidates | null;
  /** The value may be left out. */
  optional: boolean;
  repeatable: boolean;
}

export interface CompletedCommand {
  /** `emulsion recipes save`. */
  path: string;
  commands: { name: string; description: string }[];
  options: CompletedOption[];
  /** What its arguments are, null where it takes none. */
  argument: Candidates | null;
}

export interface Completions {
  commands: CompletedCommand[];
  /** Ids of the recipes that ship; one's own are looked up when they are asked for. */
  recipes: string[];
  /** `colorise.variant=warm`, or `repair.grow=` where the value is free. */
  settings: string[];
  userData: string;
}
