/**
 * Notes from the main side about opening a photo, and their keys under `notes` in the translation. A group in the
 * pattern becomes the value in the sentence.
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

/** The translation key of a note; null for an unknown note, which is shown as it is. */
export function noteKey(note: string): { key: (typeof NOTES)[number][1]; value: string | undefined } | null {
  for (const [pattern, key] of NOTES) {
    const match = pattern.exec(note);
    if (match !== null) return { key, value: match[1] };
  }
  return null;
}
