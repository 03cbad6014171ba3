import type { errors as english } from '../en/errors';
import type { Translated } from '../translated';

export const errors: Translated<typeof english> = {
  errors: {
    BAD_REQUEST: 'Erro interno. Nada foi alterado. Relate este problema.',
    CANCELLED: 'Cancelado. Nada foi gravado.',
    FILE_MISSING: 'O arquivo não está mais lá. Pode ter sido movido, renomeado ou apagado.',
    FILE_UNREADABLE: 'Não é possível ler o arquivo. Verifique as permissões.',
    FILE_EMPTY: 'O arquivo está vazio (0 bytes).',
    NOT_A_PHOTO: 'Não é uma imagem compatível.',
    PHOTO_DAMAGED: 'O arquivo da foto está incompleto ou danificado e não pode ser aberto.',
    PHOTO_TOO_LARGE: 'A foto tem mais de 200 megapixels, o limite do Emulsion.',
    FORMAT_UNSUPPORTED: 'O Emulsion ainda não lê este formato. Converta para TIFF, PNG ou JPEG e tente de novo.',
    FOLDER_MISSING: 'A pasta não existe e não pôde ser criada. A foto não foi gravada.',
    FOLDER_UNWRITABLE:
      'Não é possível gravar na pasta. A foto não foi gravada; seu original não foi alterado. Escolha outra pasta.',
    DISK_FULL:
      'O disco está cheio. A foto não foi gravada; seu original não foi alterado. Libere espaço ou escolha outra pasta.',
    NAME_TAKEN: 'Já existe um arquivo com esse nome, e ele não foi alterado.',
    MASK_SIZE: 'A máscara não foi usada: ela precisa ter o mesmo tamanho da foto.',
    MASK_UNSUITABLE: 'Esta imagem tem detalhes demais para uma máscara. Use uma com áreas pretas e brancas.',
    EDIT_INVALID:
      'As edições salvas desta foto não podem ser lidas. Elas foram separadas, e a foto começa sem edições.',
    EDIT_NEWER:
      'As edições desta foto foram feitas por uma versão mais nova do Emulsion. Elas não foram alteradas, e novas edições não serão salvas.',
    EDITS_UNSAVED:
      'Não é possível salvar edições: a pasta de dados do Emulsion não permite gravação. Exporte o que precisar antes de fechar a foto.',
    EDIT_FILE_INVALID: 'Este não é um arquivo de edição do Emulsion, ou está danificado. Nada foi alterado.',
    EDIT_FILE_NEWER: 'Este arquivo de edição foi feito por uma versão mais nova do Emulsion. Nada foi alterado.',
    EDIT_FOREIGN: 'Este arquivo de edição é de outra foto. Nada foi alterado.',
    RECIPE_INVALID: 'Não é uma receita, ou precisa de uma versão mais nova do Emulsion.',
    RECIPE_UNKNOWN: 'Não há receita com esse nome.',
    PHOTO_CHANGED: 'O arquivo foi alterado durante a restauração. Nada foi gravado; tente de novo.',
    PHOTO_QUARANTINED: 'Esta foto travou o processamento duas vezes e foi separada. O original não foi alterado.',
    PHOTO_TOO_SMALL: 'A foto é pequena demais para isto.',
    PHOTOS_UNUSABLE: 'Nenhuma das fotos desta pasta pode ser usada. Nada foi gravado.',
    FOLDER_TAKEN: 'A pasta contém outros arquivos. Nada foi gravado; escolha uma pasta vazia ou nova.',
    PAIRS_DIFFER:
      'A pasta contém pares de treino feitos com outros ajustes ou de outras fotos. Nada foi gravado; escolha outra pasta.',
    OUTPUT_IS_INPUT: 'Os resultados não podem ficar na pasta dos originais. Escolha outra pasta, ou uma dentro dela.',
    JOURNAL_INVALID: 'Esta pasta contém um lote que não pode ser continuado. Nada foi alterado; escolha outra pasta.',
    JOURNAL_NEWER: 'O lote desta pasta foi iniciado por uma versão mais nova do Emulsion. Nada foi alterado.',
    BATCH_RUNNING: 'Já há um lote em andamento.',
    BATCH_UNKNOWN: 'Este lote não existe mais.',
    QUEUE_UNREACHABLE: 'A fila não responde. As fotos prontas são mantidas, e o lote pode ser continuado.',
    QUEUE_VERSION: 'A fila é usada por outra versão do Emulsion. Atualize todos os computadores para a mesma versão.',
    STORAGE_UNREACHABLE: 'Não foi possível acessar o armazenamento em rede. Nada foi alterado.',
    STYLE_UNKNOWN: 'O gerador instalado não conhece este estilo. Escolha outro, ou adicione a imagem dele novamente.',
    GENERATOR_MISSING: 'O gerador desta etapa não está instalado. Desative a etapa para continuar sem ela.',
    GENERATOR_DAMAGED: 'O gerador desta etapa está danificado e não foi usado. Reinstale o Emulsion para substituí-lo.',
    GENERATOR_REFUSED: 'Este modelo não pode ser usado como gerador.',
    OUTPUT_INVALID: 'O modelo devolveu uma imagem inutilizável, que foi descartada. Seu original não foi alterado.',
    OUT_OF_MEMORY: 'Não há memória suficiente para esta foto. Feche outros programas e tente de novo.',
    PROVIDER_FAILED: 'O processador escolhido não pode ser usado neste computador. Escolha outro nas Configurações.',
    ENGINE_CRASHED: 'O processamento travou e foi reiniciado. Nada foi gravado.',
    ENGINE_HUNG: 'O processamento parou de responder e foi reiniciado. Nada foi gravado.',
    ENGINE_FAILED:
      'O processamento travou repetidas vezes e não foi reiniciado. Seus originais e suas edições não foram alterados.',
    UNKNOWN_PHOTO: 'Esta foto não está mais aberta. Abra-a de novo.',
    NOT_ALLOWED: 'Isto não é permitido.',
    CONNECTION_LOST:
      'A conexão com o Emulsion foi perdida. Inicie-o novamente e recarregue esta página. Seus originais não foram alterados.',
    INTERNAL: 'Erro interno. Nada foi gravado; seu original não foi alterado.',
  },
};
