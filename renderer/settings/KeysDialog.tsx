import { useTranslation } from 'react-i18next';
import { COMMAND_GROUPS, COMMANDS, type CommandGroup, OTHER_KEYS, type Stroke, strokeText } from '../commands';
import { Dialog } from '../ui/Dialog';
import { onMac } from '../ui/keys';

export function KeysDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('keys.title')} onClose={onClose} width={840} textOnly testId="keys-dialog">
      <div className="gap-8 sm:columns-2">
        {COMMAND_GROUPS.map((group) => (
          <Group key={group} group={group} />
        ))}
      </div>
    </Dialog>
  );
}

function Group({ group }: { group: CommandGroup }) {
  const { t } = useTranslation();
  const rows = [
    ...COMMANDS.filter((command) => command.group === group && command.keys.length > 0).map(({ id, keys }) => ({
      title: t(`commands.${id}`),
      keys,
    })),
    ...OTHER_KEYS.filter((each) => each.group === group).map(({ name, keys }) => ({
      title: t(`keys.${name}`),
      keys,
    })),
  ];
  return (
    <section className="mb-4 break-inside-avoid">
      <h3 className="mb-1 font-medium">{t(`commandGroups.${group}`)}</h3>
      <dl>
        {rows.map(({ title, keys }) => (
          <Row key={title} title={title} keys={keys} />
        ))}
      </dl>
    </section>
  );
}

function Row({ title, keys }: { title: string; keys: readonly Stroke[] }) {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-8 items-center justify-between gap-4 border-b border-line last:border-0">
      <dt>{title}</dt>
      <dd className="flex shrink-0 gap-1">
        {keys.map((key) => (
          <kbd key={key} className="min-w-6 rounded-md border border-line bg-raised px-1.5 text-center font-sans">
            {key === ' ' ? t('keys.space') : strokeText(key, onMac)}
          </kbd>
        ))}
      </dd>
    </div>
  );
}
