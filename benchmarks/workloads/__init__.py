"""The workloads, a module for each family, in the order of the table."""
# ruff: noqa: I001
from workloads import calls as calls
from workloads import elementwise as elementwise
from workloads import models as models
from workloads import matrices as matrices
from workloads import loops as loops
from workloads import training as training
from workloads import processes as processes
