# A desk as one task, with its data in a volume of the client: host_volume "desk" in the client's configuration,
# owned by user 10001.
job "desk" {
  type = "service"

  group "desk" {
    count = 1

    network {
      port "page" {
        to = 9771
      }
    }

    volume "data" {
      type   = "host"
      source = "desk"
    }

    service {
      name     = "desk"
      port     = "page"
      provider = "nomad"

      check {
        type     = "http"
        path     = "/health"
        interval = "30s"
        timeout  = "5s"
      }
    }

    task "desk" {
      driver = "docker"
      user   = "10001:10001"

      # A client allows 30 s unless its max_kill_timeout says more; a stop takes so long only when something hangs.
      kill_signal  = "SIGTERM"
      kill_timeout = "60s"

      config {
        image           = "registry.example.org/desk:0.2.0"
        ports           = ["page"]
        readonly_rootfs = true
        cap_drop        = ["all"]

        mount {
          type   = "tmpfs"
          target = "/run/hero-assistance"
          tmpfs_options {
            mode = 1023 # 1777
          }
        }

        mount {
          type   = "tmpfs"
          target = "/tmp"
        }
      }

      volume_mount {
        volume      = "data"
        destination = "/var/lib/hero-assistance"
      }

      env {
        HERO_ASSISTANCE_HOSTS = "desk.example.org"
      }

      resources {
        cpu        = 200
        memory     = 256
        memory_max = 1024
      }
    }
  }
}
