import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { hasText } from '../../text';
import { Stars } from '../many/Stars';
import { useActions } from '../state/context';
import { ratingOf } from '../state/listing';
import type { OpenPhoto } from '../state/model';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';
import { CaptionForm } from './CaptionForm';
import { Histogram } from './Histogram';

/** Facts about the photo, and what was done to it. */
export function Details({ entry }: { entry: OpenPhoto }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const { rateAll } = useActions();
  const { sentence } = useSentences();
  const { photo, analysis, rendering } = entry;
  if (photo === null) return null;
  const refusal = analysis?.infrared?.refusal;
  const notes = refusal ? [...photo.notes, { key: `notes.infraredRefused.${refusal}` }] : photo.notes;
  const megapixels = format.number((photo.width * photo.height) / 1e6, 1);
  return (
    <div className="space-y-5 select-text">
      <Histogram entry={entry} />
      <div className="flex items-center justify-between">
        <span className="text-secondary">{t('many.rating')}</span>
        <Stars label={t('many.rating')} rating={ratingOf(entry)} onRate={(stars) => rateAll(stars, [entry.key])} />
      </div>
      <CaptionForm key={entry.key} entry={entry} />
      <Group title={t('details.file')}>
        <Fact label={t('details.format')} value={photo.format.toUpperCase()} />
        <Fact
          label={t('details.size')}
          value={t('details.pixels', { width: photo.width, height: photo.height, megapixels })}
        />
        <Fact label={t('details.bytes')} value={format.bytes(photo.bytes)} />
        <Fact
          label={t('details.depth')}
          value={t(photo.channels === 1 ? 'details.bitsGrey' : 'details.bits', { bits: photo.depth })}
        />
        <Fact label={t('details.profile')} value={photo.profile ?? t('details.noProfile')} />
        {analysis?.faces && <Fact label={t('details.faces')} value={format.number(analysis.faces.length, 0)} />}
        {photo.alpha && <Fact label={t('details.alpha')} value={t('details.alphaKept')} />}
      </Group>
      {photo.facts.length > 0 && (
        <Group title={t('details.camera')}>
          {photo.facts.map((fact) => (
            <Fact key={fact.label} label={hasText(i18n, fact.label) ? t(fact.label) : fact.label} value={fact.value} />
          ))}
        </Group>
      )}
      {notes.length > 0 && (
        <Group title={t('details.notes')}>
          {notes.map((note) => (
            <div key={note.key}>
              <dt className="sr-only">{t('details.notes')}</dt>
              <dd>{sentence(note)}</dd>
            </div>
          ))}
        </Group>
      )}
      <section>
        <h2 className="mb-1 font-medium">{t('details.done')}</h2>
        {rendering === null ? (
          <p className="text-secondary">{t('details.nothingDone')}</p>
        ) : (
          <>
            {rendering.size === 'preview' && <p className="mb-1 text-secondary">{t('details.preview')}</p>}
            <dl className="space-y-1">
              {rendering.reports.map((report) => (
                <Fact
                  key={report.kind}
                  label={t(`steps.${report.kind}`)}
                  value={t(`details.outcomes.${report.outcome}`)}
                  more={
                    report.outcome !== 'done'
                      ? undefined
                      : report.generator === null
                        ? format.seconds(report.seconds)
                        : t('details.withGenerator', {
                            seconds: format.seconds(report.seconds),
                            generator: report.generator,
                          })
                  }
                />
              ))}
            </dl>
          </>
        )}
      </section>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-1 font-medium">{title}</h2>
      <dl className="space-y-1">{children}</dl>
    </section>
  );
}

function Fact({ label, value, more }: { label: string; value: string; more?: string }) {
  return (
    <div className="flex gap-3">
      <dt className="w-28 shrink-0 text-secondary">{label}</dt>
      <dd className="min-w-0 break-words">
        {value}
        {more !== undefined && <span className="block text-xs text-secondary">{more}</span>}
      </dd>
    </div>
  );
}
