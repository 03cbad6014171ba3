import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../state/context';
import { draggedFrom } from './dragged';

/**
 * Opens files that are dropped on the window or pasted, and pictures that are dragged out of a page or a mail. An element with `data-drop` handles its own drops. Returns true
 * while files are dragged over the window.
 */
export function useFileDrop(): boolean {
  const { t } = useTranslation();
  const { takeFiles, tell } = useActions();
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    // Enter and leave events fire for every element, so the pointer has left the window when they balance.
    let depth = 0;
    /** Something of this page itself is dragged, such as a marked text. */
    let isOwn = false;
    const holdsFiles = ({ dataTransfer }: DragEvent) =>
      !isOwn && (dataTransfer?.types.some((type) => type === 'Files' || type === 'text/uri-list') ?? false);
    const onStart = () => {
      isOwn = true;
    };
    const onEnd = () => {
      isOwn = false;
    };
    const onEnter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setDragging(true);
    };
    const onOver = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
    };
    const onLeave = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setDragging(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setDragging(false);
      if (event.target instanceof Element && event.target.closest('[data-drop]') !== null) return;
      if (event.dataTransfer !== null) take(event.dataTransfer);
    };
    /** Files as they are; pictures without a file are made one. */
    const take = (data: DataTransfer) => {
      const unnamed = t('files.dragged');
      const files = [...data.files].map((file) => (file.name === '' ? renamed(file, unnamed) : file));
      if (files.length > 0) {
        void takeFiles(files);
        return;
      }
      const { pictures, hasLinks } = draggedFrom(data.getData('text/html'), data.getData('text/uri-list'), unnamed);
      void takeFiles(pictures.map(({ bytes, name, type }) => new File([bytes], name, { type })));
      if (hasLinks) tell({ tone: 'info', text: 'linkNotFetched' });
    };
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      void takeFiles(files);
    };
    window.addEventListener('dragstart', onStart);
    window.addEventListener('dragend', onEnd);
    window.addEventListener('dragenter', onEnter);
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    window.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('dragstart', onStart);
      window.removeEventListener('dragend', onEnd);
      window.removeEventListener('dragenter', onEnter);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
      window.removeEventListener('paste', onPaste);
    };
  }, [takeFiles, tell, t]);
  return dragging;
}

/** A picture that comes without a name. */
const renamed = (file: File, name: string) => new File([file], `${name}.${file.type.split('/')[1] ?? 'png'}`, file);
