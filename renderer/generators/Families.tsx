import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../useFormat';
import { FAMILIES } from './families';
import { useDecisionWords } from './words';

/** Nets that can be added, by what they are for. It names the pages of their makers; nothing is downloaded. */
export function Families() {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useDecisionWords();
  const size = ([from, to]: readonly [number, number]) => {
    const figures = [from, to].map((each) => format.number(each, each < 10 ? 1 : 0));
    return t('library.families.size', { size: from === to ? figures[0] : figures.join('–') });
  };
  return (
    <section aria-labelledby="families" data-testid="families" className="mt-8">
      <h2 id="families" className="text-lg font-medium">
        {t('library.families.title')}
      </h2>
      <p className="mt-1 text-secondary">{t('library.families.text')}</p>
      <table className="mt-3 w-full text-left text-xs select-text">
        <thead className="text-secondary">
          <tr>
            {(['name', 'use', 'megabytes', 'licence', 'project'] as const).map((column) => (
              <th key={column} scope="col" className="border-b border-line py-1.5 pr-3 font-medium">
                {t(`library.families.columns.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FAMILIES.map((family) => (
            <tr key={family.name} className="align-top">
              <th scope="row" className="border-b border-line py-1.5 pr-3 font-normal">
                {family.name}
              </th>
              <td className="border-b border-line py-1.5 pr-3">{words.use(family.use)}</td>
              <td className="border-b border-line py-1.5 pr-3 whitespace-nowrap">{size(family.size)}</td>
              <td className="border-b border-line py-1.5 pr-3">
                {[family.licence, ...(family.commercial === 'yes' ? [] : [t(`library.families.${family.commercial}`)])]
                  .filter(Boolean)
                  .join(', ')}
              </td>
              <td className="border-b border-line py-1.5 break-words">
                {family.project.split('/').map((part, i) => (
                  <Fragment key={part}>
                    {i > 0 && (
                      <>
                        /<wbr />
                      </>
                    )}
                    {part}
                  </Fragment>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
