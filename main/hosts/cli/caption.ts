import { Option } from 'commander';
import { CAPTION_FIELDS, Caption } from '../../../contract/caption';
import { readDate } from '../../../document/edtf';
import { say, type Translator } from '../../../text/message';
import { meant } from '../../nearest';
import { BadArgument } from '../arguments';

/** The option that says something of the photos, for the metadata of their results; can be repeated. */
export function captionOption({ t, language }: Translator): Option {
  const collect = (text: string, before: Caption): Caption => ({ ...before, ...readField(text, language !== 'en') });
  return new Option('--set-meta <field=text>', t('manual.options.setMeta'))
    .argParser(collect)
    .default({}, t('manual.options.none'));
}

/** Parses `title=Three sisters`. Names of people are separated by semicolons. `dayFirst`: see `readDate`. */
export function readField(text: string, dayFirst: boolean): Caption {
  const [, name = text, value] = /^([a-z]+)=(.*)$/s.exec(text) ?? [];
  const field = CAPTION_FIELDS.find((each) => each === name);
  const fields = CAPTION_FIELDS.join(', ');
  if (field === undefined || value === undefined) {
    throw new BadArgument(say('cli.usage.setMeta', { fields }), ...meant(name, CAPTION_FIELDS));
  }
  const written = value.trim();
  if (field === 'people') {
    const people = written.split(';').map((each) => each.trim());
    return checked({ people: people.filter((each) => each !== '') });
  }
  if (field !== 'date' || written === '') return checked({ [field]: written });
  const date = readDate(written, dayFirst);
  if (date === null) throw new BadArgument(say('cli.usage.date'));
  return { date };
}

function checked(caption: Caption): Caption {
  const { data } = Caption.safeParse(caption);
  if (data === undefined) throw new BadArgument(say('cli.usage.captionLong'));
  return data;
}
