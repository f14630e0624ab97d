// Nothing to call: what is linked beside it stands in front of the functions of the Swift library.
#pragma once
