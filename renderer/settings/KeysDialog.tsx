import { useTranslation } from 'react-i18next';
import { Dialog } from '../ui/Dialog';
import { commandKey } from '../ui/keys';

const KEYS = [
  ['open', [commandKey('O')]],
  ['paste', [commandKey('V')]],
  ['export', [commandKey('E')]],
  ['undo', [commandKey('Z')]],
  ['redo', [commandKey('Shift Z')]],
  ['zoom', ['+', '-']],
  ['fit', ['0']],
  ['actual', ['1']],
  ['pan', ['←', '→', '↑', '↓']],
  ['modes', ['S', 'D', 'O', 'X']],
  ['mask', ['M']],
  ['photos', ['[', ']']],
  ['panel', ['P']],
  ['settings', [commandKey(',')]],
  ['keys', ['?']],
] as const;

export function KeysDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('keys.title')} onClose={onClose} width={480} testId="keys-dialog">
      <dl>
        {KEYS.map(([name, keys]) => (
          <div key={name} className="flex min-h-8 items-center justify-between gap-4">
            <dt>{t(`keys.${name}`)}</dt>
            <dd className="flex shrink-0 gap-1">
              {keys.map((key) => (
                <kbd key={key} className="min-w-6 rounded-md border border-line bg-raised px-1.5 text-center font-sans">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
