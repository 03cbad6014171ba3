import type { Decisions, FieldName, ValueOf } from './decision';

/*
 * Files that are widely used, by their SHA-256. What is said here is certain: it was read in the programs that feed these
 * very files.
 */

type Values = { [F in FieldName]?: ValueOf<F> };

const FACE: Values = {
  task: 'face',
  template: 'ffhq',
  inputRange: '-1..1',
  outputRange: '-1..1',
  order: 'rgb',
  outputOrder: 'rgb',
};
const APACHE: Values = { licence: 'Apache-2.0', commercial: 'yes' };
const MIT: Values = { licence: 'MIT', commercial: 'yes' };
const BSD: Values = { licence: 'BSD-3-Clause', commercial: 'yes' };
const UNSURE: Values = { licence: '', commercial: 'unknown' };
const DDCOLOR: Values = {
  ...APACHE,
  task: 'colorise',
  author: 'Xiaoyang Kang and others',
  source: 'https://github.com/piddnad/DDColor',
  inputRange: '0..1',
  outputRange: 'lab',
  outputChannels: 'lab-ab',
};
const DEOLDIFY: Values = {
  ...MIT,
  task: 'colorise',
  author: 'Jason Antic',
  source: 'https://github.com/jantic/DeOldify',
  inputRange: '0..255',
  outputRange: '0..255',
};
const ESRGAN: Values = {
  ...BSD,
  task: 'upscale',
  author: 'Xintao Wang and others',
  source: 'https://github.com/xinntao/Real-ESRGAN',
  inputRange: '0..1',
  outputRange: '0..1',
  order: 'rgb',
  outputOrder: 'rgb',
};
const BSRGAN: Values = {
  ...ESRGAN,
  ...APACHE,
  author: 'Kai Zhang and others',
  source: 'https://github.com/cszn/BSRGAN',
};
const ULTRASHARP: Values = {
  ...ESRGAN,
  licence: 'CC BY-NC-SA 4.0',
  commercial: 'no',
  author: 'Kim2091',
  source: 'https://openmodeldb.info/models/4x-UltraSharp',
};
const GPEN: Values = {
  ...FACE,
  licence: 'GPEN, no commercial use',
  commercial: 'no',
  author: 'Tao Yang and others',
  source: 'https://github.com/yangxy/GPEN',
};
const GFPGAN: Values = {
  ...FACE,
  licence: 'Apache-2.0, parts of StyleGAN2',
  commercial: 'unknown',
  author: 'Xintao Wang and others',
  source: 'https://github.com/TencentARC/GFPGAN',
};
const LAMA: Values = {
  ...APACHE,
  task: 'inpaint',
  author: 'Roman Suvorov and others',
  source: 'https://github.com/advimman/lama',
  inputRange: '0..1',
  outputRange: '0..255',
  maskPolarity: 'hole',
  maskValue: '1',
  composited: true,
};
const INSIGHTFACE: Values = {
  task: 'find-face',
  decoder: 'scrfd',
  licence: 'InsightFace, no commercial use',
  commercial: 'no',
  author: 'InsightFace',
  source: 'https://github.com/deepinsight/insightface',
};
const YUNET: Values = {
  ...MIT,
  task: 'find-face',
  decoder: 'yunet',
  author: 'Wei Wu and others',
  source: 'https://github.com/ShiqiYu/libfacedetection',
};
const ZOO: Values = {
  ...BSD,
  task: 'style',
  author: 'ONNX model zoo',
  source: 'https://github.com/onnx/models',
  inputRange: '0..255',
  outputRange: '0..255',
  order: 'rgb',
  outputOrder: 'rgb',
};
const RESTOREFORMER: Values = {
  ...FACE,
  ...APACHE,
  author: 'Zhouxia Wang and others',
  source: 'https://github.com/wzhouxiff/RestoreFormerPlusPlus',
};

const KNOWN: Readonly<Record<string, readonly [name: string, values: Values]>> = {
  '1faef5301d78db7dda502fe59966957ec4b79dd64e16f03ed96913c7a4eb68d6': ['LaMa', LAMA],
  '7df918ac3921d3daf0aae1d219776cf0dc4e4935f035af81841b40adcf74fdf2': ['LaMa (OpenCV)', LAMA],
  '6f1f3530a1a2324b19752018ce756088b07973cda8d7d890034ace5c8a48c40b': [
    'MI-GAN',
    {
      ...MIT,
      task: 'inpaint',
      author: 'Andranik Sargsyan and others',
      source: 'https://github.com/Picsart-AI-Research/MI-GAN',
      inputRange: '0..255',
      outputRange: '0..255',
      maskPolarity: 'known',
      maskValue: '255',
      composited: true,
    },
  ],
  '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4': ['YuNet', YUNET],
  '9e65c0213faef0173a3d2e05156b4bf44a45cde598bdabb69203da4a6b7ad61e': ['YuNet', YUNET],
  '6548e54cbcf248af385248f0c1193b359c37a0f98b836282b09cf48af4fd2b73': ['GFPGAN 1.4', GFPGAN],
  cd7311b8d9e13cdb1e208b12363182da58c7bf45e26d1aa67bbeac4751aae92e: ['GFPGAN 1.4', GFPGAN],
  '9c3ae2ce2de616815815628f966cdef5d9466722434a1be00c0785ec92e2a94f': [
    'CodeFormer',
    {
      ...FACE,
      licence: 'S-Lab 1.0, no commercial use',
      commercial: 'no',
      author: 'Shangchen Zhou and others',
      source: 'https://github.com/sczhou/CodeFormer',
    },
  ],
  '30c3d854c8e5c8abaf9c83c00d2466b7c3f64865d7b3b8596f56714a717ffd6f': [
    'VQFR 2',
    { ...FACE, ...APACHE, author: 'Yuchao Gu and others', source: 'https://github.com/TencentARC/VQFR' },
  ],
  aa5bd3ab238640a378c59e4a560f7a7150627944cf2129e6311ae4720e833271: ['GPEN 256', { ...GPEN, template: 'arcface' }],
  '0960f836488735444d508b588e44fb5dfd19c68fde9163ad7878aa24d1d5115e': ['GPEN 512', GPEN],
  cec8892093d7b99828acde97bf231fb0964d3fb11b43f3b0951e36ef1e192a3e: ['GPEN 1024', GPEN],
  d0229ff43f979c360bd19daa9cd0ce893722d59f41a41822b9223ebbe4f89b3e: ['GPEN 2048', GPEN],
  e5df99ed4f501be2009ed8e708f407dd26ac400c55a43a01d8c8c157bc475b3f: [
    'RestoreFormer++',
    { ...RESTOREFORMER, output: '2359' },
  ],
  '4b3983dba15b8dd26db1bc94be57558ca4d783424ca6f3715676ab53450bcb6c': ['RestoreFormer++', RESTOREFORMER],
  '5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91': ['SCRFD 10g', INSIGHTFACE],
  bc24bb349491481c3ca793cf89306723162c280cb284c5a5e49df3760bf5c2ce: ['SCRFD 2.5g', INSIGHTFACE],
  '84d5bb985b0ea75fc851d7454483897b1494c71c211759b4fec3a22ac196d206': [
    'YOLOv8-face',
    {
      task: 'find-face',
      decoder: 'yolo',
      licence: 'GPL-3.0',
      commercial: 'unknown',
      author: 'Derron Qi',
      source: 'https://github.com/derronqi/yolov8-face',
    },
  ],
  '77e394b51108381b4c4f7b4baf1c64ca9f4aba73e5e803b2636419578913b5fe': [
    'CenterFace',
    {
      ...MIT,
      task: 'find-face',
      decoder: 'centerface',
      author: 'Star-Clouds',
      source: 'https://github.com/Star-Clouds/CenterFace',
    },
  ],
  '4e8b8a8d7c346ea7df08fc0bc985d30c67f5835cd1b81b6728f6bbe8b7658ae1': ['DDColor', DDCOLOR],
  '2f2510323e59995051eeac4f1ef8c267130eabf6187535defa55c11929b2b31c': ['DDColor artistic', DDCOLOR],
  '9c881551a0caf29ea283be09e863a841b5bf454b83299357f483f49f6ca18193': ['DDColor', DDCOLOR],
  '1410b455cd230a587c38b5771a0193aa6f28bb89b0e29566fbdb791bb1310c47': ['DDColor tiny', DDCOLOR],
  '2653da00dc15e54a45e5200b61dbf82ee9ceaf56b02bb9b9657569ac775e82e6': ['DDColor tiny', DDCOLOR],
  c8ad5c54b1b333361e959fdc6591828931b731f6652055f891d6118532cad081: ['DeOldify artistic', DEOLDIFY],
  '666811485bfd37b236fdef695dbf50de7d3a430b10dbf5a3001d1609de06ad88': ['DeOldify stable', DEOLDIFY],
  '4d93b3cca8aa514bdf18a0ed00b25e36de5a9cc70b7aec7e60132632f6feced3': ['DeOldify video', DEOLDIFY],
  '0b1770bcb31b3a9021d4251b538da4eb47c84f42706504d44a76d17e8c267606': ['Real-ESRGAN x2plus', ESRGAN],
  '0a06c68f463a14bf5563b78d77d61ba4394024e148383c4308d6d3783eac2dc5': ['Real-ESRGAN x4plus', ESRGAN],
  '3767c17388381cfca3d7196a4a517737fefc22b57c9fd98d3bae78e98e2bebc9': ['Real-ESRGAN x4plus', ESRGAN],
  '09b757accd747d7e423c1d352b3e8f23e77cc5742d04bae958d4eb8082b76fa4': ['Real-ESRGAN general x4 v3', ESRGAN],
  '1940a93ee08283a0a7286183186357b1688fe9fa8ede74604b424586aaddf112': ['Real-ESRGAN general x4 v3', ESRGAN],
  ba3a43613f5d2434c853201411b87e75c25ccb5b5918f38af504e4cf3bd4df9a: ['BSRGAN x2', BSRGAN],
  e1467fbe60d2846919480f55a12ddbd5c516e343685bcdeac50ddcfa1dde2f46: ['BSRGAN x4', BSRGAN],
  d801b7f6081746e0b2cccef407c7a8acdb95e284c89298684582a8f2b35ad0f9: ['4x-UltraSharp', ULTRASHARP],
  '7295b39b71f1d5882fec1ae02f55227f7ca6516f92eae6920ab2a28a39cade73': ['4x-UltraSharp', ULTRASHARP],
  '309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8': [
    'U²-Net small',
    {
      ...APACHE,
      task: 'segment',
      author: 'Xuebin Qin and others',
      source: 'https://github.com/xuebinqin/U-2-Net',
      normalise: 'imagenet',
    },
  ],
  fa646dedade881243f8d5a2ceb7de2b93675b21fc24f7482894ac4851a9a0a47: ['Mosaic', ZOO],
  '9d11a3529d1e547da6ae07201d93484dbab2ec0a3614535752c8f40f0fe2968a': ['Candy', ZOO],
  '1381b17ed988e14a1f3cf8954d88073c0884ff4b70128ebe599f0d6021bca63e': [
    'AnimeGAN 2, faces',
    {
      ...UNSURE,
      task: 'style',
      commercial: 'no',
      licence: 'AnimeGANv2, no commercial use',
      author: 'Xin Chen and others',
      source: 'https://github.com/bryandlee/animegan2-pytorch',
      inputRange: '-1..1',
      outputRange: '-1..1',
      order: 'rgb',
      outputOrder: 'rgb',
    },
  ],
};

export interface KnownFile {
  name: string;
  values: Values;
}

export function knownFile(sha256: string): KnownFile | null {
  const found = Object.hasOwn(KNOWN, sha256) ? KNOWN[sha256] : undefined;
  return found ? { name: found[0], values: found[1] } : null;
}

export type { Values as KnownValues };
export const isDecided = (decisions: Decisions, field: FieldName): boolean =>
  decisions[field]?.confidence === 'certain';
