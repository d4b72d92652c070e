"""What goes wrong with a GPU, told apart by what can be done about it."""

from pixgrep.errors import DeviceError, one_line
from pixgrep.gpu.toolchain import INSTALL

DRIVER_ERRORS = (
    *("CudaAPIError", "CudaDriverError", "CudaSupportError", "CudaRuntimeError", "CUDAError", "DeadMemoryError"),
)
"""What numba-cuda and cuda.core raise when the driver answers with an error."""
TOOL_ERRORS = (
    *("NvvmError", "nvvmError", "NvvmSupportError", "NvrtcError", "NVRTCError", "NvrtcSupportError", "LinkerError"),
    *("nvJitLinkError", "DynamicLibNotFoundError", "FunctionNotFoundError", "CCSupportError"),
    *("NO_BINARY_FOR_GPU", "INVALID_PTX", "UNSUPPORTED_PTX_VERSION", "JIT_COMPILER_NOT_FOUND"),
)
"""What means that a kernel could not be made: names of exceptions, and of errors of the driver."""
STICKY_ERRORS = (
    *("ILLEGAL_ADDRESS", "ILLEGAL_INSTRUCTION", "MISALIGNED_ADDRESS", "INVALID_ADDRESS_SPACE", "INVALID_PC"),
    *("LAUNCH_FAILED", "LAUNCH_TIMEOUT", "HARDWARE_STACK_ERROR", "CUDA_ERROR_ASSERT", "ECC_UNCORRECTABLE"),
    *("NVLINK_UNCORRECTABLE", "CONTEXT_IS_DESTROYED", "CONTAINED", "DEINITIALIZED", "EXTERNAL_DEVICE"),
    *("TENSOR_MEMORY_LEAK", "CUDA_ERROR_UNKNOWN", "DEVICE_UNAVAILABLE"),
)
"""Errors of the driver after which every later call of the process fails, too."""
OUT_OF_MEMORY = "OUT_OF_MEMORY"


class LostDeviceError(DeviceError):
    """The device failed, and cannot be used any more in this process."""


class OutOfMemoryError(Exception):
    """The device has not enough free memory; it works on, and something smaller may fit."""


def translated(error: Exception, *, is_launch: bool = False) -> Exception:
    """
    Return what an error means here; a mistake of ours stays as it is.

    Parameters
    ----------
    error : Exception
        What numba-cuda, or a library below it, raised.
    is_launch : bool
        Whether a kernel was being launched, and perhaps compiled: libraries raise plain errors then.
    """
    text, names = one_line(error), {kind.__name__ for kind in type(error).__mro__}
    is_of_driver = not names.isdisjoint(DRIVER_ERRORS)
    if is_of_driver and OUT_OF_MEMORY in text:
        return OutOfMemoryError(text)
    if is_of_driver and any(name in text for name in STICKY_ERRORS):
        return LostDeviceError(f"the GPU failed: {text}")
    is_plain = isinstance(error, (RuntimeError, ValueError, OSError, ImportError))
    if any(name in names or name in text for name in TOOL_ERRORS) or (is_launch and is_plain and not is_of_driver):
        return DeviceError(f"kernels cannot be made for the GPU: {text}; a library is missing or too old: {INSTALL}")
    return DeviceError(f"the GPU refused: {text}") if is_of_driver else error
