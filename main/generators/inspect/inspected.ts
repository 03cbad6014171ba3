import type { Decisions } from './decision';
import type { ElementType } from './onnx-file';

/** What is known about a file after it was looked at and tried. */
export interface InspectedFile {
  /** Name of the file. */
  name: string;
  bytes: number;
  sha256: string;
  /** Files beside it that hold its weights. */
  weights: { file: string; bytes: number; sha256: string }[];
  opset: number;
  parameters: number;
  inputs: { name: string; type: ElementType; shape: (number | string | null)[] | null }[];
  outputs: { name: string; type: ElementType; shape: (number | string | null)[] | null }[];
  decisions: Decisions;
  /** What it is called, if its hash is known. */
  known: string | null;
  /** How many trial runs there were, and how long they took. */
  runs: number;
  seconds: number;
}
