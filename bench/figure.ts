/** One figure: what it is, what it must stay under (null: told, not judged), and whether it does. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  limit: number | null;
}
