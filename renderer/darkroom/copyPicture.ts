import type { Orientation } from '../../contract/edit';
import { matrixOf } from './geometry';

/** Puts a picture on the clipboard as a PNG, turned as an EXIF orientation says. Throws if it cannot be loaded or put there. */
export async function copyPicture(url: string, orientation: Orientation): Promise<void> {
  // The promise is handed over at once: a page may only write to the clipboard just after a click or a key.
  const png = pictureAt(url, orientation);
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
}

/** A picture as a PNG, turned as an EXIF orientation says. Throws if it cannot be loaded. */
export async function pictureAt(url: string, orientation: Orientation): Promise<Blob> {
  const response = await fetch(url, { cache: 'no-store' });
  if (!response.ok) throw new Error(`The picture was refused with ${response.status}.`);
  const bitmap = await createImageBitmap(await response.blob());
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(orientation >= 5 ? height : width, orientation >= 5 ? width : height);
  const context = canvas.getContext('2d')!;
  const [a, b, c, d] = matrixOf(orientation);
  context.setTransform(a, c, b, d, canvas.width / 2, canvas.height / 2);
  context.drawImage(bitmap, -width / 2, -height / 2);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/png' });
}
