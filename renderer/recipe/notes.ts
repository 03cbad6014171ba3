/**
 * The facts that the main side states about the opening of a photo, and their keys under `notes` in the translation.
 * A group in the pattern becomes the sentence's value.
 */
const NOTES = [
  [/^turned upright by its EXIF orientation$/, 'upright'],
  [/^only the first of (\d+) pictures in the file is used$/, 'pages'],
  [/^converted from CMYK to sRGB$/, 'cmyk'],
  [/^converted from Lab to sRGB$/, 'lab'],
  [/^converted from linear floating point to sRGB with 16 bits$/, 'linear'],
  [/^the HDR gain map is left out$/, 'gainMap'],
  [/^expanded from a palette$/, 'palette'],
  [/^the colour profile is damaged or does not fit the picture and is not used$/, 'profileDamaged'],
  [/^the colour profile could not be applied$/, 'profileFailed'],
  [/^converted from the colour profile (.*) to sRGB$/, 'profileConverted'],
] as const;

/** Which sentence of the translation a note is; null for one that is not known and is shown as it is. */
export function noteKey(note: string): { key: (typeof NOTES)[number][1]; value: string | undefined } | null {
  for (const [pattern, key] of NOTES) {
    const match = pattern.exec(note);
    if (match !== null) return { key, value: match[1] };
  }
  return null;
}
