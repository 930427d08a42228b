"""Tells MQTT brokers of events, so that Home Assistant and other systems of a building hear of them."""

from src.service.delivery.mqtt.options import MqttOptions
from src.service.delivery.mqtt.sender import MqttSender

__all__ = ["MqttOptions", "MqttSender"]
