import { expect, test } from 'vitest';
import { draggedFrom } from './dragged';

const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';
const names = (html: string, uris = '') => draggedFrom(html, uris, 'Dragged picture').pictures.map(({ name }) => name);

test('pictures that a page holds itself come in under a sensible name', () => {
  const { pictures, hasLinks } = draggedFrom(`<meta><a href="x"><img alt="Aunt: Ada.png" src="${PIXEL}"></a>`, '', '');
  expect([...pictures[0]!.bytes]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  expect(pictures[0]).toMatchObject({ name: 'Aunt  Ada.png', type: 'image/png' });
  expect(hasLinks).toBe(false);
  expect(names(`<img src='${PIXEL.replace('png', 'jpeg')}'>`)).toEqual(['Dragged picture.jpg']);
  expect(names('', PIXEL)).toEqual(['Dragged picture.png']);
  expect(names('<img src="data:image/svg+xml,%3Csvg/%3E">')).toEqual(['Dragged picture.svg']);
  expect(names(`<img alt="${'x'.repeat(300)}" src="${PIXEL}">`)[0]).toHaveLength(84);
});

test('addresses of pictures elsewhere are known, and nothing else is taken for a picture', () => {
  const link = draggedFrom('<img src="https://example.org/a.jpg?b=1&amp;c=2">', 'https://example.org/page', '');
  expect(link).toEqual({ pictures: [], hasLinks: true });
  expect(draggedFrom('', '# a comment\r\nhttps://example.org/a.jpg\r\n', '')).toEqual({ pictures: [], hasLinks: true });
  expect(draggedFrom('<p>words</p>', '', '')).toEqual({ pictures: [], hasLinks: false });
  for (const broken of ['data:image/png;base64,***', 'data:text/html,hello', 'data:image/png']) {
    expect(draggedFrom('', broken, '')).toEqual({ pictures: [], hasLinks: true });
  }
});
