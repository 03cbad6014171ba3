/** What a test may choose about the computer that the program finds itself on. */
export interface Computer {
  /** Of the screen, without bars of the system. By default 1440 x 900. */
  workArea?: { x?: number; y?: number; width: number; height: number };
  /** The system's language, `en-US` by default. */
  locale?: string;
  /** Whether the system's theme is dark; by default it is light. */
  dark?: boolean;
  /** True: the program sees itself as packaged. */
  packaged?: boolean;
}
