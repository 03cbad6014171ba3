import { useTranslation } from 'react-i18next';
import type { models } from '../../text/en/models';

type Texts = (typeof models)['models'];

/** The names of decisions and of their values. */
export function useDecisionWords() {
  const { t, i18n } = useTranslation();
  return {
    field: (field: string): string =>
      i18n.exists(`models.fields.${field}`) ? t(`models.fields.${field as keyof Texts['fields']}`) : field,
    use: (use: string): string =>
      i18n.exists(`models.uses.${use}`) ? t(`models.uses.${use as keyof Texts['uses']}`) : use,
    value(field: string, value: string): string {
      if (field === 'task') return this.use(value);
      if (value === 'rgb' && !/order$/i.test(field)) return 'RGB';
      // Most values are the names of ranges, types and outputs, which are the same in every language.
      return i18n.exists(`models.values.${value}`) ? t(`models.values.${value as keyof Texts['values']}`) : value;
    },
  };
}

/** The headings of tasks, also of those that have no name of their own. */
export function useTaskNames(): (task: string) => string {
  const { t, i18n } = useTranslation();
  return (task) =>
    i18n.exists(`library.tasks.${task}`) ? t(`library.tasks.${task as 'upscale'}`) : t('library.tasks.unknown');
}
