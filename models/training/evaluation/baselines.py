"""OpenCV's classic methods for comparison: inpainting by Navier-Stokes and Telea, non-local means, top-hats.

Source: written for this project; needs OpenCV and NumPy only. The product's evaluation runs it as a program:
`python3 baselines.py <jobs.json>`, a list of {method, picture, out, mask | error} with paths of PNG files;
prints the seconds of each job as a JSON list.
"""
import json
import sys
import time

import cv2
import numpy as np

INPAINTING = {"Navier-Stokes (OpenCV)": cv2.INPAINT_NS, "Telea (OpenCV)": cv2.INPAINT_TELEA}
DENOISING = "non-local means (OpenCV)"
RADIUS = 3
DETECTION = "top-hats (OpenCV)"
STRENGTH = 0.6  # h as a share of the error: the best value on Kodak from 0.2 to 1, for noise and for JPEG

HAT = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
# Least contrast of a defect in levels: the smallest that keeps false alarms on Kodak (0.185 %) below the 0.2 % that the
# detector is allowed. 110 has the best F1 (0.32 on plain, 0.017 on hard, 0.145 on scanned damage), with 1.2 % of false alarms.
HEIGHT = 165


def inpaint(picture, mask, method):
    """Fills the mask (uint8 [H, W], not 0 = hole) of uint8 [H, W, 3] by a method of INPAINTING."""
    return cv2.inpaint(picture, (mask > 0).astype(np.uint8), RADIUS, INPAINTING[method])


def denoise(picture, error):
    """Denoises uint8 RGB [H, W, 3] by non-local means. error: the expected root-mean-square error in levels."""
    h = STRENGTH * error
    return np.ascontiguousarray(cv2.fastNlMeansDenoisingColored(picture[..., ::-1], None, h, h, 7, 21)[..., ::-1])


def detect(picture):
    """uint8 [H, W], 1 where uint8 RGB [H, W, 3] has something narrow that is much brighter or darker than its surroundings."""
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    hats = [cv2.morphologyEx(luma, kind, HAT) for kind in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)]
    return (np.maximum(*hats) > HEIGHT).astype(np.uint8)


def main():
    """See the module's docstring."""
    seconds = []
    for job in json.loads(open(sys.argv[1]).read()):
        picture = cv2.imread(job["picture"], cv2.IMREAD_COLOR)[..., ::-1]
        start = time.perf_counter()
        if job["method"] == DENOISING:
            result = denoise(picture, job["error"])
        elif job["method"] == DETECTION:
            result = np.repeat(255 * detect(np.ascontiguousarray(picture))[..., None], 3, -1)
        else:
            result = inpaint(np.ascontiguousarray(picture), cv2.imread(job["mask"], cv2.IMREAD_GRAYSCALE), job["method"])
        seconds.append(time.perf_counter() - start)
        if not cv2.imwrite(job["out"], result[..., ::-1]):
            raise OSError(f"{job['out']} could not be written")
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
