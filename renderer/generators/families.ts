/** Families of nets that people use elsewhere, and that can be added here. Nothing of them is downloaded. */
export interface Family {
  name: string;
  /** A key of `models.uses`. */
  use: 'inpaint' | 'face' | 'find-face' | 'colorise' | 'denoise' | 'jpeg' | 'upscale' | 'tone' | 'style' | 'segment';
  /** Megabytes, from and to. */
  size: readonly [number, number];
  licence: string;
  commercial: 'yes' | 'no' | 'unknown';
  /** Where its makers describe it: text, not a link. */
  project: string;
}

type Row = readonly [string, Family['use'], Family['size'], string, Family['commercial'], string];

const ROWS: readonly Row[] = [
  ['LaMa', 'inpaint', [61, 208], 'Apache-2.0', 'yes', 'huggingface.co/Carve/LaMa-ONNX'],
  ['MI-GAN', 'inpaint', [27, 28], 'MIT', 'yes', 'huggingface.co/andraniksargsyan/migan'],
  ['DDColor', 'colorise', [135, 980], 'Apache-2.0', 'yes', 'github.com/piddnad/DDColor'],
  ['DeOldify', 'colorise', [61, 834], 'MIT', 'yes', 'github.com/jantic/DeOldify'],
  [
    'Colorization (Zhang, SIGGRAPH 2017)',
    'colorise',
    [123, 130],
    'BSD-2-Clause',
    'yes',
    'github.com/richzhang/colorization',
  ],
  ['SCUNet', 'denoise', [72, 72], 'Apache-2.0', 'yes', 'github.com/cszn/SCUNet'],
  ['NAFNet', 'denoise', [58, 92], 'MIT', 'yes', 'github.com/megvii-research/NAFNet'],
  ['DRUNet, DnCNN, FFDNet', 'denoise', [2, 130], 'MIT', 'yes', 'github.com/cszn/KAIR'],
  ['FBCNN', 'jpeg', [288, 288], 'Apache-2.0', 'yes', 'github.com/jiaxi-jiang/FBCNN'],
  ['SwinIR', 'upscale', [50, 140], 'Apache-2.0', 'yes', 'github.com/JingyunLiang/SwinIR'],
  ['Real-ESRGAN', 'upscale', [2.5, 69], 'BSD-3-Clause', 'yes', 'github.com/xinntao/Real-ESRGAN'],
  ['BSRGAN', 'upscale', [67, 67], 'Apache-2.0', 'yes', 'github.com/cszn/BSRGAN'],
  ['waifu2x (nunif)', 'upscale', [5, 60], 'MIT', 'yes', 'github.com/nagadomi/nunif'],
  ['Compact, SPAN, DAT, HAT …', 'upscale', [0.2, 318], '', 'unknown', 'openmodeldb.info'],
  ['Fast neural style (candy, mosaic …)', 'style', [6.7, 6.7], 'BSD-3-Clause', 'yes', 'github.com/onnx/models'],
  ['AnimeGAN', 'style', [4.3, 8.6], '', 'no', 'github.com/TachibanaYoshino/AnimeGANv3'],
  ['GFPGAN', 'face', [340, 340], 'Apache-2.0', 'unknown', 'github.com/TencentARC/GFPGAN'],
  ['CodeFormer', 'face', [190, 377], 'S-Lab 1.0', 'no', 'github.com/sczhou/CodeFormer'],
  ['GPEN', 'face', [76, 286], '', 'no', 'github.com/yangxy/GPEN'],
  ['RestoreFormer++', 'face', [74, 294], 'Apache-2.0', 'yes', 'github.com/wzhouxiff/RestoreFormerPlusPlus'],
  ['YuNet', 'find-face', [0.2, 0.3], 'MIT', 'yes', 'github.com/opencv/opencv_zoo'],
  ['SCRFD', 'find-face', [3.3, 16.9], '', 'no', 'github.com/deepinsight/insightface'],
  ['U²-Net, IS-Net, BiRefNet', 'segment', [4.6, 973], 'Apache-2.0, MIT', 'yes', 'github.com/danielgatis/rembg'],
];

export const FAMILIES: readonly Family[] = ROWS.map(([name, use, size, licence, commercial, project]) => ({
  name,
  use,
  size,
  licence,
  commercial,
  project,
}));
