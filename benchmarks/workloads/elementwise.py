"""Twenty elementwise operations, and the gradient of their sum."""

from registry import normal, workload


def cheap(np, x):
    """Operations that take less time than fetching their operands."""
    y = x
    for _ in range(5):
        y = y * x + 0.5
        y = y - x * y
    return y


def transcendental(np, x):
    """Operations most of which are functions that have to be approximated."""
    y = x
    for _ in range(4):
        y = np.sin(np.tanh(y) + x)
        y = np.exp(-y)
    return y


def value(chain):
    return lambda m, n: lambda x: chain(m.numpy, x)


def gradient(chain):
    return lambda m, n: m.grad(lambda x: m.numpy.sum(chain(m.numpy, x)))


BARS = {  # of the value, of the gradient
    (cheap, 10**3): ((1.4,), (2.1, 1.7)),
    (cheap, 10**5): ((3, 6), (6.5, 5.5)),
    (cheap, 10**7): ((1.1, 1.0), (1.45,)),
    (transcendental, 10**3): ((1.45, .95), (1.75, 1.25)),
    (transcendental, 10**5): ((.9, .7), (1.05, .8)),
    (transcendental, 10**7): ((.85, .7), (1.0, .8))}
POWERS = {10**3: "10³", 10**5: "10⁵", 10**7: "10⁷"}


def numbers(n):
    return (abs(normal(n)) % 0.8 + 0.1,)


for chain in cheap, transcendental:
    row = f"~20 {chain.__name__} elementwise operations"
    for n, power in POWERS.items():
        workload(f"{row}: value", power, bar=BARS[chain, n][0],
                 also=["numpy"], args=numbers, size=n, tiny=30)(value(chain))
    for n, power in POWERS.items():
        workload(f"{row}: gradient of the sum", power, bar=BARS[chain, n][1],
                 also=["autograd"] * (n < 10**7), args=numbers, size=n,
                 tiny=30)(gradient(chain))
