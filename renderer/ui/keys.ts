const onMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.userAgent);

/** How the platform writes a shortcut with Ctrl or Command. */
export function commandKey(key: string): string {
  return onMac ? `⌘ ${key}` : `Ctrl ${key}`;
}
