"""The classics to beat, by OpenCV: inpainting by Navier-Stokes and Telea, non-local means.

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
STRENGTH = 0.6  # of the error: the best on Kodak among 0.2 to 1, for noise and for JPEG


def inpaint(picture, mask, method):
    """uint8 [H, W, 3] with the mask (uint8 [H, W], not 0 = hole) filled by a method of INPAINTING."""
    return cv2.inpaint(picture, (mask > 0).astype(np.uint8), RADIUS, INPAINTING[method])


def denoise(picture, error):
    """uint8 RGB [H, W, 3] by non-local means. error: the root mean square error to expect, in levels."""
    h = STRENGTH * error
    return np.ascontiguousarray(cv2.fastNlMeansDenoisingColored(picture[..., ::-1], None, h, h, 7, 21)[..., ::-1])


def main():
    """See the module's docstring."""
    seconds = []
    for job in json.loads(open(sys.argv[1]).read()):
        picture = cv2.imread(job["picture"], cv2.IMREAD_COLOR)[..., ::-1]
        start = time.perf_counter()
        if job["method"] == DENOISING:
            result = denoise(picture, job["error"])
        else:
            result = inpaint(np.ascontiguousarray(picture), cv2.imread(job["mask"], cv2.IMREAD_GRAYSCALE), job["method"])
        seconds.append(time.perf_counter() - start)
        if not cv2.imwrite(job["out"], result[..., ::-1]):
            raise OSError(f"{job['out']} could not be written")
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
