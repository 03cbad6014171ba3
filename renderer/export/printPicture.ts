import type { Orientation } from '../../contract/edit';
import { pictureAt } from '../darkroom/copyPicture';
import type { Print } from './papers';

const SHEET = 'print-sheet';

/**
 * Prints a picture at its true size, on a page of its own: everything else of the window is left out. Throws if the picture cannot be
 * loaded.
 */
export async function printPicture(url: string, orientation: Orientation, print: Print): Promise<void> {
  const address = URL.createObjectURL(await pictureAt(url, orientation));
  const sheet = document.createElement('div');
  sheet.id = SHEET;
  const picture = document.createElement('img');
  picture.alt = '';
  picture.src = address;
  sheet.append(picture);
  // A sheet of this kind is not inline, so that the content security policy stays as strict as it is.
  const styles = new CSSStyleSheet();
  styles.replaceSync(rulesFor(print));
  try {
    await picture.decode();
    document.body.append(sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, styles];
    // Returns when the person has answered the dialog of the system.
    window.print();
  } finally {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== styles);
    sheet.remove();
    URL.revokeObjectURL(address);
  }
}

const rulesFor = ({ width, height, paper }: Print) => `
  @page { size: ${paper.width}cm ${paper.height}cm; margin: 0; }
  @media screen { #${SHEET} { display: none; } }
  @media print {
    html, body { margin: 0; background: none; }
    body > :not(#${SHEET}) { display: none !important; }
    #${SHEET} {
      display: flex; align-items: center; justify-content: center;
      width: ${paper.width}cm; height: ${paper.height}cm; overflow: hidden;
    }
    #${SHEET} img { width: ${width}cm; height: ${height}cm; }
  }`;
