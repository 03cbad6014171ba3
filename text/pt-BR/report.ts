import type { report as english } from '../en/report';
import type { Translated } from '../translated';

export const report: Translated<typeof english> = {
  report: {
    title: 'Restauração de {{folder}}',
    originals: 'Originais',
    results: 'Resultados',
    recipe: 'Receita',
    proposals: 'O que cada foto precisa',
    state: 'Situação',
    phases: {
      running: 'Ainda em andamento quando este relatório foi escrito',
      pausing: 'Pausado',
      paused: 'Pausado',
      watching: 'À espera de mais fotos',
      done: 'Concluído',
      cancelled: 'Interrompido; pode ser continuado',
      halted: 'Interrompido por um problema',
    },
    time: 'Tempo',
    pace: '{{pace}} fotos por minuto',
    provider: 'Processador',
    written: 'Relatório escrito em',
    summary: 'Resultados',
    honest:
      'Uma foto editada por um gerador treinado traz essa informação nos metadados. Os originais não foram alterados. Os mesmos dados em tabelas:',
    outcomes: {
      restored: 'Restaurada',
      unchanged: 'Nenhum reparo necessário',
      kept: 'Ignorada: já existe um arquivo com esse nome',
      failed: 'Falhou',
      quarantined: 'Ignorada depois de derrubar o programa duas vezes',
      passed: 'Não é uma foto',
      waiting: 'Ainda não feita',
      running: 'Ainda não feita',
    },
    problems: 'Problemas',
    all: 'Todas as fotos',
    before: 'Antes',
    after: 'Depois',
    writtenAs: 'salva como {{name}}',
    page: 'página {{number}} de {{pages}}',
    pages: 'Páginas',
    previous: 'Anterior',
    next: 'Próxima',
  },
};
