// The order matters: the mock's header uses the types of the first.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
