/**
 * The content security policy of the page. Both hosts share it; only the sources of pictures and the allowed
 * connections differ.
 *
 * @param pictures further sources of pictures, besides the page's own
 * @param connections further addresses that the page may connect to
 */
export function contentPolicy({ pictures = '', connections }: { pictures?: string; connections: string }): string {
  return [
    // SECURITY: everything not listed is forbidden: frames, plug-ins, workers, fonts, media.
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' ${pictures} blob: data:`.replace('  ', ' '),
    // SECURITY: the page can connect only to this program, so no picture can leave the computer.
    `connect-src 'self' ${connections}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
