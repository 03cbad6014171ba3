const NARROW_SPACE = '\u202f';

const formats = new Map<string, Format>();

/** Figures as a language writes them. There is one of each language, because its formatters are expensive to make. */
export function createFormat(language: string): Format {
  let format = formats.get(language);
  if (!format) {
    format = makeFormat(language);
    formats.set(language, format);
  }
  return format;
}

function makeFormat(language: string) {
  const byDigits: Intl.NumberFormat[] = [];
  const fixed = (value: number, digits: number) => {
    byDigits[digits] ??= new Intl.NumberFormat(language, { maximumFractionDigits: digits });
    return byDigits[digits].format(value);
  };
  const percentSpace = language === 'en' ? NARROW_SPACE : '';

  return {
    number: fixed,
    /** A share 0..1 as a percentage, with one decimal below ten. */
    percent(share: number): string {
      const percent = share * 100;
      if (percent > 0 && percent < 0.1) return `<${NARROW_SPACE}${fixed(0.1, 1)}${percentSpace}%`;
      return `${fixed(percent, percent < 10 ? 1 : 0)}${percentSpace}%`;
    },
    bytes(bytes: number): string {
      const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
      const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit: units[power],
        unitDisplay: power === 0 ? 'long' : 'short',
        maximumFractionDigits: power === 0 ? 0 : 1,
      }).format(bytes / 1000 ** power);
    },
    /** Memory as computers are sold with it: megabytes of 2^20 bytes, and gigabytes of 2^30. */
    memory(megabytes: number): string {
      const inGigabytes = megabytes >= 1024;
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit: inGigabytes ? 'gigabyte' : 'megabyte',
        unitDisplay: 'short',
        maximumFractionDigits: inGigabytes ? 1 : 0,
      }).format(inGigabytes ? megabytes / 1024 : megabytes);
    },
    /** A moment in ISO 8601 as day and time. */
    date(moment: string): string {
      return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(moment));
    },
    /** A rough length of time: seconds, minutes, hours and minutes, or days and hours. */
    duration(seconds: number): string {
      const { unit, value } = roughTime(seconds);
      if (unit === 'seconds') return `${value}${NARROW_SPACE}s`;
      const [large, small, times] = value < 1440 ? (['h', 'min', 60] as const) : (['d', 'h', 24] as const);
      const whole = large === 'h' ? value : Math.round(value / 60);
      const parts = [
        [Math.floor(whole / times), large],
        [whole % times, small],
      ] as const;
      return parts
        .filter(([count]) => count > 0)
        .map(([count, name]) => `${fixed(count, 0)}${NARROW_SPACE}${name}`)
        .join(' ');
    },
    seconds(seconds: number): string {
      return `${fixed(seconds, seconds < 10 ? 1 : 0)}${NARROW_SPACE}s`;
    },
  };
}

export type Format = ReturnType<typeof makeFormat>;

/** Seconds left as a rough figure that does not jump about: whole seconds, then fives, then minutes. */
export function roughTime(seconds: number): { unit: 'seconds' | 'minutes'; value: number } {
  if (seconds >= 90) return { unit: 'minutes', value: Math.round(seconds / 60) };
  const step = seconds > 10 ? 5 : 1;
  return { unit: 'seconds', value: Math.max(1, Math.ceil(seconds / step) * step) };
}

/** Cuts a long name in the middle, so that its start and its ending stay readable. */
export function shorten(name: string, length: number): string {
  const signs = Array.from(name);
  if (signs.length <= length) return name;
  const tail = Math.floor((length - 1) * 0.4);
  return `${signs.slice(0, length - 1 - tail).join('')}…${signs.slice(signs.length - tail).join('')}`;
}
