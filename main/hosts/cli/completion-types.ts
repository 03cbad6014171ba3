/** The possible values of a word on the command line. */
export type Candidates =
  | { kind: 'choice'; words: readonly string[] }
  | { kind: 'recipe' | 'recipe or file' | 'setting' | 'file' | 'folder' | 'anything' };

export interface CompletedOption {
  /** With its hyphen, as `-o`. */
  short: string | undefined;
  long: string;
  description: string;
  /** null: it takes no value. */
  value: Candidates | null;
  /** The value may be omitted. */
  optional: boolean;
  repeatable: boolean;
}

export interface CompletedCommand {
  /** `emulsion recipes save`. */
  path: string;
  commands: { name: string; description: string }[];
  options: CompletedOption[];
  /** Values of its argument; null if it takes none. */
  argument: Candidates | null;
}

export interface Completions {
  commands: CompletedCommand[];
  /** Ids of the recipes that ship with the app. The script looks up the user's recipes when it completes. */
  recipes: string[];
  /** `colorise.variant=warm`, or `repair.grow=` if any value is possible. */
  settings: string[];
  userData: string;
}
