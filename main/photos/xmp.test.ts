import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AI_EDITED, type Edit, ratingIn, recordEdit, withRating } from './xmp';

const edit: Edit = {
  version: '1.2.3',
  recipe: { id: 'mine', name: 'Ana & <Bob>' },
  reports: [
    { kind: 'repair', outcome: 'done', generator: 'inpainter' },
    { kind: 'tone', outcome: 'done', generator: null },
    { kind: 'upscale', outcome: 'skipped', generator: 'upscaler' },
  ],
  at: new Date('2026-01-02T03:04:05Z'),
};
const toneOnly: Edit = { ...edit, reports: [{ kind: 'tone', outcome: 'done', generator: null }] };

const packet = (inner: string, attributes = '') =>
  `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="uuid:1" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" ${attributes}>${inner}</r:Description></r:RDF></x:xmpmeta><?xpacket end="w"?>`;

const wellFormed = (xmp: string) =>
  new DOMParser({
    onError: (_, message) => {
      throw new Error(message);
    },
  }).parseFromString(xmp.trim(), 'text/xml');

describe('recordEdit', () => {
  test('creates a packet that records the edit', () => {
    const xmp = recordEdit(null, edit);
    wellFormed(xmp);
    expect(xmp).toContain(`<Iptc4xmpExt:DigitalSourceType>${AI_EDITED}</Iptc4xmpExt:DigitalSourceType>`);
    expect(xmp).toContain('<xmp:CreatorTool>Emulsion 1.2.3</xmp:CreatorTool>');
    expect(xmp).toContain('<emulsion:Recipe>mine</emulsion:Recipe>');
    expect(xmp).toContain('recipe Ana &amp; &lt;Bob&gt;: repair (inpainter), tone');
    expect(xmp).not.toContain('upscale');
  });

  test('marks only pictures that a generator has changed', () => {
    const xmp = recordEdit(null, toneOnly);
    expect(xmp).not.toContain('DigitalSourceType');
    expect(xmp).toContain('recipe Ana &amp; &lt;Bob&gt;: tone');
    expect(recordEdit(null, { ...edit, reports: [] })).toContain('no step was needed');
  });

  test('marks generated colours', () => {
    const xmp = recordEdit(null, { ...edit, reports: [{ kind: 'colorise', outcome: 'done', generator: 'painter' }] });
    expect(xmp).toContain('<emulsion:Imagined>colours</emulsion:Imagined>');
    expect(xmp).toContain('colorise (painter, colours imagined)');
    expect(recordEdit(null, edit)).not.toContain('magined');
  });

  test('never removes a mark', () => {
    const reports = [...edit.reports, { kind: 'colorise', outcome: 'done', generator: 'painter' } as const];
    const marked = recordEdit(null, { ...edit, reports });
    expect(recordEdit(marked, toneOnly)).toContain(AI_EDITED);
    expect(recordEdit(marked, toneOnly)).toContain('<emulsion:Imagined>');
  });

  test('says which generators forbid commercial use, and keeps what an earlier edit has said', () => {
    const once = recordEdit(null, { ...edit, restrictions: ['One (CC BY-NC 4.0)'] });
    expect(once).toContain('<emulsion:NonCommercial>One (CC BY-NC 4.0)</emulsion:NonCommercial>');
    expect(recordEdit(once, edit)).toContain('<emulsion:NonCommercial>One (CC BY-NC 4.0)</emulsion:NonCommercial>');
    const twice = recordEdit(once, { ...edit, restrictions: ['Two', 'One (CC BY-NC 4.0)'] });
    expect(twice).toContain('<emulsion:NonCommercial>One (CC BY-NC 4.0); Two</emulsion:NonCommercial>');
    expect(recordEdit(null, edit)).not.toContain('NonCommercial');
  });

  test('keeps existing entries, replaces its own and drops outdated ones', () => {
    const xmp = recordEdit(
      packet(
        '<dc:title><r:Alt><r:li xml:lang="pt">Verão</r:li></r:Alt></dc:title><tiff:ImageWidth>10</tiff:ImageWidth>',
        'xmp:CreatorTool="Scanner 1" xmp:Rating="4" tiff:Orientation="6"',
      ),
      edit,
    )!;
    wellFormed(xmp);
    expect(xmp).toContain('Verão');
    expect(xmp).toContain('xmp:Rating="4"');
    expect(xmp).not.toContain('Scanner 1');
    expect(xmp).not.toContain('Orientation');
    expect(xmp).not.toContain('ImageWidth');
    expect(xmp.match(/about="uuid:1"/g)).toHaveLength(2);
  });

  test('adds to an existing history', () => {
    const history = '<xmpMM:History><r:Seq><r:li stEvt:action="created"/></r:Seq></xmpMM:History>';
    const xmp = recordEdit(packet(history), edit)!;
    expect(xmp.match(/<xmpMM:History>/g)).toHaveLength(1);
    expect(xmp.indexOf('created')).toBeLessThan(xmp.indexOf('<stEvt:action>edited'));
  });

  test.each([
    ['text', 'hello'],
    ['nothing', ''],
    ['an unclosed element', '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'],
    ['other XML', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${packet('&a;').replace(/<\?xpacket[^>]*\?>/g, '')}`],
  ])('is null for %s', (_, text) => expect(recordEdit(text, edit)).toBeNull());

  test('gives well-formed XML or null for any damage', () => {
    const original = packet('<dc:format>image/jpeg</dc:format>');
    fc.assert(
      fc.property(fc.nat(original.length), fc.nat(40), fc.string({ maxLength: 6 }), (at, length, text) => {
        const xmp = recordEdit(original.slice(0, at) + text + original.slice(at + length), edit);
        if (xmp !== null) wellFormed(xmp);
      }),
    );
  });
});

describe('ratings', () => {
  const percent = '<m:Rating xmlns:m="http://ns.microsoft.com/photo/1.0/">75</m:Rating>';

  test('are read as attributes and as elements, and nothing else is taken for one', () => {
    expect(ratingIn(packet('', 'xmp:Rating="4"'))).toBe(4);
    expect(ratingIn(packet('<xmp:Rating> 3 </xmp:Rating>'))).toBe(3);
    expect(ratingIn(packet('', 'xmp:Rating="-1"'))).toBe(0);
    expect(ratingIn(packet('', 'xmp:Rating="99"'))).toBe(5);
    for (const none of [packet(''), packet('', 'xmp:Rating="many"'), packet('', 'xmp:Rating=""'), percent, 'text']) {
      expect(ratingIn(none)).toBeNull();
    }
  });

  test('of a person replace those of the file in a result, and one that was taken away is gone', () => {
    const rated = packet(percent, 'xmp:Rating="4"');
    expect(ratingIn(recordEdit(rated, edit)!)).toBe(4);
    expect(ratingIn(recordEdit(rated, { ...edit, rating: null })!)).toBe(4);
    const changed = recordEdit(rated, { ...edit, rating: 2 })!;
    expect([ratingIn(changed), changed.includes('75')]).toEqual([2, false]);
    expect(ratingIn(recordEdit(rated, { ...edit, rating: 0 })!)).toBeNull();
    expect(ratingIn(recordEdit(null, { ...edit, rating: 5 }))).toBe(5);
  });

  test('beside a photo leave everything else as it was', () => {
    const at = new Date('2026-01-02T03:04:05Z');
    const before = packet('<dc:title>Verão</dc:title>', 'xmp:Rating="4" xmp:CreatorTool="Scanner 1"');
    const after = withRating(before, 1, at)!;
    wellFormed(after);
    expect(ratingIn(after)).toBe(1);
    expect(after).toContain('Verão');
    expect(after).toContain('Scanner 1');
    expect(ratingIn(withRating(null, 0, at)!)).toBe(0);
    expect(withRating('not XML', 3, at)).toBeNull();
  });
});
