/**
 * The content security policy of the page, the same in both hosts but for where pictures come from and whom the page
 * may talk to.
 *
 * @param pictures further sources of pictures, besides the page's own
 * @param connections further addresses that the page may talk to
 */
export function contentPolicy({ pictures = '', connections }: { pictures?: string; connections: string }): string {
  return [
    // SECURITY: what is not named is forbidden: frames, plug-ins, workers, fonts, media.
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' ${pictures} blob: data:`.replace('  ', ' '),
    // SECURITY: the page can talk to this program and to nobody else, so no picture can leave.
    `connect-src 'self' ${connections}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
