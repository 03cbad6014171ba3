import { ImagePlus } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { exampleUrl } from '../../contract/pictures';
import type { StyleExample } from '../../contract/recipe';
import { FileInput } from '../files/FileInput';
import { useActions, useApp } from '../state/context';
import { generatorOf, takesExample } from '../state/library';
import type { OpenPhoto } from '../state/model';
import { stepOf } from '../state/recipes';
import { Icon } from '../ui/Icon';

/** The picture whose style is copied, for a generator that takes one. It is chosen here or dropped here. */
export function ExampleChoice({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const { styles } = useActions();
  const generators = useApp((state) => state.generators);
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  /** The picture of which there is no copy here, and how often one was chosen. */
  const [gone, setGone] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const step = entry.recipe === null ? null : stepOf(entry.recipe, 'style');
  if (step === null || !takesExample(generators, generatorOf(step, 'generator'))) return null;
  const { example } = step.settings;
  const isGone = example !== undefined && gone === example.sha256;
  const chosen = () => {
    setGone(null);
    setTurn((count) => count + 1);
  };
  const take = (file: File) => void styles.take(entry.key, file, true).then(chosen);
  const onDrop = (event: DragEvent) => {
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) take(file);
  };
  return (
    <>
      <button
        type="button"
        data-testid="style-example"
        data-drop="example"
        onClick={() => {
          void styles.pick(entry.key, true).then((picked) => (picked ? chosen() : input.current?.click()));
        }}
        onDragOver={(event) => setOver(event.dataTransfer.types.includes('Files'))}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        className={`mt-1 flex w-full items-center gap-2 rounded-md border border-dashed p-1.5 text-left transition-colors hover:border-track ${
          isOver ? 'border-accent bg-raised' : 'border-line'
        }`}
      >
        {example === undefined || isGone ? (
          <span className="flex size-10 shrink-0 items-center justify-center text-secondary">
            <Icon of={ImagePlus} />
          </span>
        ) : (
          <Thumbnail key={`${example.sha256} ${turn}`} example={example} onGone={() => setGone(example.sha256)} />
        )}
        <span className="min-w-0">
          <span className={example === undefined ? 'block' : 'block truncate'}>
            {example === undefined ? t('styles.example.choose') : t('styles.example.of', { name: example.name })}
          </span>
          <span className={`block text-xs ${isGone ? 'text-danger' : 'text-secondary'}`}>
            {t(`styles.example.${example === undefined ? 'how' : isGone ? 'gone' : 'another'}`)}
          </span>
        </span>
      </button>
      <FileInput ref={input} accept="image/*" testId="example-input" onFiles={([file]) => take(file)} />
    </>
  );
}

function Thumbnail({ example, onGone }: { example: StyleExample; onGone(): void }) {
  const base = useApp((state) => state.info?.pictureBase ?? '');
  return (
    <img
      alt=""
      draggable={false}
      src={exampleUrl(base, { example: example.sha256 })}
      onError={onGone}
      className="size-10 shrink-0 rounded-sm object-cover"
    />
  );
}
