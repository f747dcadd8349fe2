"""The digits of the page: `target/venv/bin/python xtask/data/digits.py` writes digits.npz anew.

scikit-learn's own: 1,797 digits written by 43 people, 8 × 8 pixels from 0 to 16.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

if __name__ == "__main__":
    images, labels = load_digits(return_X_y=True)
    np.savez_compressed(Path(__file__).parent / "digits.npz", image=images.reshape(-1, 8, 8).astype(np.float32), digit=labels)
